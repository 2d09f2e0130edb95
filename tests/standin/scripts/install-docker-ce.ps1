# Stands in for Microsoft's script of this name: written for these tests from a description of what it does, not from its text.
#Requires -Version 5.0
param([switch]$NoRestart, [switch]$Force, [string]$DockerVersion = 'latest')
$ErrorActionPreference = 'Stop'
$mark = Join-Path (Get-Location).ProviderPath 'Install-ContainerHost.err'
Set-Content $mark 'While this file exists, the script has not succeeded.'

Write-Host 'Querying status of Windows feature: Containers...'
$state = [string](Get-WindowsOptionalFeature -Online -FeatureName Containers).State
if ($state -ne 'Enabled') {
    if ($state -ne 'EnablePending') {
        Write-Host 'Enabling feature Containers...'
        Enable-WindowsOptionalFeature -Online -FeatureName Containers -All -NoRestart | Out-Null
    }
    if (-not $NoRestart) { throw 'The stand-in does not restart.' }
    Write-Warning 'A reboot is required; stopping script execution'
    exit
}
Write-Host 'Feature Containers is already enabled.'

if (Get-Service docker -ErrorAction Ignore) {
    Write-Host 'Docker is already installed.'
} else {
    Write-Host 'DOCKER default'
    Write-Host 'Checking Docker versions'
    $zip = Join-Path $HOME 'DockerDownloads/docker-29.1.5.zip'
    [void](New-Item -ItemType Directory -Force (Split-Path $zip))
    Invoke-WebRequest -UseBasicParsing https://download.docker.com/win/static/stable/x86_64/docker-29.1.5.zip -OutFile $zip
    Expand-Archive $zip (Split-Path $zip) -Force
    $to = "$env:windir\System32"
    Write-Host 'Installing Docker...'
    Copy-Item (Join-Path $HOME 'DockerDownloads/docker/docker.exe') "$to\docker.exe" -Force
    Write-Host 'Installing Docker daemon...'
    Copy-Item (Join-Path $HOME 'DockerDownloads/docker/dockerd.exe') "$to\dockerd.exe" -Force
    if ([IO.Path]::DirectorySeparatorChar -eq '/') {
        chmod +x (Convert-Path "$to\docker.exe") (Convert-Path "$to\dockerd.exe")
    }
    [void](New-Item -ItemType Directory -Force C:\ProgramData\docker\config)
    Set-Content C:\ProgramData\docker\config\daemon.json '{"hosts":["npipe://"]}'
    Write-Host 'Configuring the docker service...'
    & "$to\dockerd.exe" --register-service --service-name docker
    Start-Service docker
    Write-Host 'Waiting for Docker daemon...'
    & "$to\docker.exe" version | Out-Null
    if ($LASTEXITCODE) { throw 'Docker Daemon did not start successfully within 1 minute.' }
    Write-Host 'Successfully connected to Docker Daemon.'
}
Write-Host 'The following images are present on this machine:'
& "$env:windir\System32\docker.exe" images -a | ForEach-Object { Write-Host $_ }
Remove-Item $mark
Write-Host
Write-Host 'Script complete!'
