$me = [Security.Principal.WindowsIdentity]::GetCurrent()
'wci is ' + ([Security.Principal.WindowsPrincipal]$me).IsInRole(
    [Security.Principal.WindowsBuiltInRole]::Administrator)
