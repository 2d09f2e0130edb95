# A name may hold what -Name takes for a pattern.
$found = @(Get-Process -ErrorAction Stop | Where-Object { $_.ProcessName -eq $name })
if ($found.Count -eq 0) { 'wci none' } else { 'wci runs' }
