# By the class that both 5.1 and 7 have: Invoke-WebRequest reads a body that has no end for ever.
# A 5.1 that was not told otherwise may not offer what today's servers want. Zero lets the system choose.
$offered = [Net.ServicePointManager]::SecurityProtocol
if ([int]$offered -ne 0) { [Net.ServicePointManager]::SecurityProtocol = $offered -bor [Net.SecurityProtocolType]3072 }
$request = [Net.WebRequest]::Create($url)
$request.Timeout = $seconds * 1000
$request.ReadWriteTimeout = $seconds * 1000
$request.UserAgent = $agent
$request.AllowAutoRedirect = $follows
if ($follows) { $request.MaximumAutomaticRedirections = 5 }
$request.KeepAlive = $false
if ($here) { $request.Proxy = $null }
$response = $null
try { $response = $request.GetResponse() }
catch {
    $why = $_.Exception
    while ($null -ne $why -and $null -eq $response) {
        if ($why -is [Net.WebException]) { $response = $why.Response }
        if ($why -is [Net.Sockets.SocketException] -and $why.SocketErrorCode -eq 'ConnectionRefused') { 'wci refused'; return }
        $said = $why.Message -replace '\s+', ' '
        $why = $why.InnerException
    }
    if ($null -eq $response) { 'wci said ' + $said; return }
}
try {
    'wci status ' + [int]$response.StatusCode
    if (-not $reads) { return }
    $stream = $response.GetResponseStream()
    $bytes = New-Object byte[] 1048576
    $count = 0
    do {
        $read = $stream.Read($bytes, $count, $bytes.Length - $count)
        $count += $read
    } while ($read -gt 0)
    'wci base64'
    [Convert]::ToBase64String($bytes, 0, $count)
}
finally { $request.Abort(); $response.Close() }
