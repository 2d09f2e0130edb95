$found = @(Get-Service -Name $name -ErrorAction Stop | Where-Object { $_.Name -eq $name })
if ($found.Count -eq 0) { 'wci none' } else { 'wci is ' + $found[0].Status }
