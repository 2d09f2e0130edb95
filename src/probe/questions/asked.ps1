# Puts the question in $ask and says why it could not be put. Every line told begins with `wci` and a word.
# none: there is no such thing. denied: it wants an administrator. foreign: this is not Windows. lacks: a command is missing.
# odd: anything else. Runs in 5.1 and 7.
Set-StrictMode -Off
$ErrorActionPreference = 'Stop'
# Only what a question gives counts; what its commands say beside it does not.
try { & $ask 3>$null 4>$null 5>$null 6>$null }
catch {
    $wciError = $_
    $wciWhy = $_.Exception
    while ($null -ne $wciWhy.InnerException) { $wciWhy = $wciWhy.InnerException }
    $wciSays = $wciWhy.Message -replace '\s+', ' '
    # Messages are in the language of the system: numbers and types come first. 0x80070005, 0x800702E4 and DISM's 0x800F080C.
    if ($wciWhy -is [Management.Automation.CommandNotFoundException]) {
        if ($IsWindows -eq $false) { 'wci foreign' } else { 'wci lacks ' + $wciWhy.CommandName }
    }
    elseif ($wciWhy -is [Management.Automation.DriveNotFoundException]) { 'wci foreign' }
    elseif ($wciWhy.HResult -eq -2146498548) { 'wci none' }
    elseif ($wciError.CategoryInfo.Category -eq 'PermissionDenied' -or
        $wciWhy.HResult -eq -2147024891 -or $wciWhy.HResult -eq -2147024156 -or
        $wciSays -match 'requires elevation|access is denied') { 'wci denied' }
    elseif ($wciError.CategoryInfo.Category -eq 'ObjectNotFound') { 'wci none' }
    elseif ($IsWindows -eq $false) { 'wci foreign' }
    else { 'wci odd ' + $wciSays }
}
