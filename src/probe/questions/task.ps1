$found = @(Get-ScheduledTask -TaskName $name -ErrorAction Stop | Where-Object { $_.TaskName -eq $name })
if ($found.Count -eq 0) { 'wci none' } else { 'wci is ' + $found[0].State }
