# Which boot this is. Lines of `wci`, a word, and what belongs to it.
if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r id </proc/sys/kernel/random/boot_id
    echo "wci boot $id"
    booted=
    while read -r name value rest; do
        if [ "$name" = btime ]; then booted=$value; fi
    done </proc/stat
    # Of GNU and of busybox.
    if [ -n "$booted" ]; then echo "wci shown $(date -d "@$booted" '+%Y-%m-%d %H:%M' 2>/dev/null)"; fi
elif id=$(sysctl -n kern.bootsessionuuid 2>/dev/null); then
    echo "wci boot $id"
    booted=$(sysctl -n kern.boottime 2>/dev/null | sed -n 's/^{ *sec *= *\([0-9]*\).*/\1/p')
    if [ -n "$booted" ]; then echo "wci shown $(date -r "$booted" '+%Y-%m-%d %H:%M' 2>/dev/null)"; fi
fi
