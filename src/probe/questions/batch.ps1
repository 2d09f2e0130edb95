# cmd has no quoting that holds: the check becomes a file of its own for a moment. Not where a program without administrator's rights could
# put another in its place.
$me = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
$above = [IO.Path]::GetTempPath()
if ($me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { $above = "$env:SystemRoot\Temp" }
$folder = [IO.Path]::Combine($above, $nonce)
[void][IO.Directory]::CreateDirectory($folder)
$file = [IO.Path]::Combine($folder, 'check.cmd')
try {
    [IO.File]::WriteAllText($file, $batch, (New-Object Text.UTF8Encoding $false))
    & "$env:SystemRoot\System32\cmd.exe" /d /q /c $file
    $status = $LASTEXITCODE
}
finally { [IO.Directory]::Delete($folder, $true) }
if ($status) { & "$env:SystemRoot\System32\cmd.exe" /d /c exit $status }
