if ($path -match '^~($|[\\/])') { $path = $HOME + $path.Substring(1) }
$path = [IO.Path]::Combine($HOME, $path)
try { $is = [IO.File]::GetAttributes($path) }
catch {
    $why = $_.Exception.GetBaseException()
    if ($why -is [IO.FileNotFoundException] -or $why -is [IO.DirectoryNotFoundException]) { 'wci nothing'; return }
    throw
}
if ($is -band [IO.FileAttributes]::Directory) { 'wci folder'; return }
if (-not $reads) { 'wci file'; return }
$stream = [IO.File]::Open($path, 'Open', 'Read', 'ReadWrite, Delete')
try {
    # A mebibyte and one byte more: so a cut is seen.
    $bytes = New-Object byte[] 1048577
    $count = 0
    do {
        $read = $stream.Read($bytes, $count, $bytes.Length - $count)
        $count += $read
    } while ($read -gt 0)
}
finally { $stream.Dispose() }
'wci base64'
[Convert]::ToBase64String($bytes, 0, $count)
