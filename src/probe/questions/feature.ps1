$found = Get-WindowsOptionalFeature -Online -FeatureName $name -ErrorAction Stop
if ($null -eq $found) { 'wci none' } else { 'wci is ' + $found.State }
