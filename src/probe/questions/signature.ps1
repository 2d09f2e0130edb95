$seen = Get-AuthenticodeSignature -LiteralPath $path -ErrorAction Stop
'wci is ' + $seen.Status
if ($seen.SignerCertificate) { 'wci by ' + $seen.SignerCertificate.Subject }
'wci says ' + ($seen.StatusMessage -replace '\s+', ' ')
