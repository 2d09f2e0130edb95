$found = @(Get-AppxPackage -Name $name -ErrorAction Stop | Where-Object { $_.Name -eq $name })
if ($found.Count -eq 0) { 'wci none' }
foreach ($package in $found) { 'wci is ' + $package.Version }
