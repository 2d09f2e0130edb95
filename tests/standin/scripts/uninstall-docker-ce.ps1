# Stands in for Microsoft's script of this name: written for these tests from a description of what it does, not from its text.
param([switch]$Force)
$ErrorActionPreference = 'Stop'
if (-not $Force) { throw 'The stand-in asks nobody: it wants -Force.' }
$docker = "$env:windir\System32\docker.exe"
if (Get-Service docker -ErrorAction Ignore) {
    Start-Service docker
    & $docker ps -a --format '{{.ID}}' | ForEach-Object { & $docker rm -f $_ }
    & $docker images | Select-Object -Skip 1 | ForEach-Object { & $docker rmi $_ }
    Stop-Service docker
    & "$env:windir\System32\dockerd.exe" --unregister-service --service-name docker
}
Remove-Item $docker, "$env:windir\System32\dockerd.exe" -ErrorAction Ignore
Remove-Item C:\ProgramData\docker -Recurse -Force -ErrorAction Ignore
Write-Host 'Script complete!'
