$asIs = [Microsoft.Win32.RegistryValueOptions]'DoNotExpandEnvironmentNames'
$key = Get-Item $kept -ErrorAction Stop
$list = $key.GetValue('Path', $null, $asIs)
if ($null -eq $list) { 'wci none' }
else {
    'wci is ' + $key.GetValueKind('Path')
    'wci wanted ' + [Environment]::ExpandEnvironmentVariables($folder)
    foreach ($entry in ([string]$list).Split(';')) {
        'wci entry ' + $entry
        $meant = [Environment]::ExpandEnvironmentVariables($entry)
        if ($meant -cne $entry) { 'wci means ' + $meant }
    }
}
