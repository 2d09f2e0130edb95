# One fact about the machine.
case $fact in
os) echo "wci is $(uname -s)" ;;
version)
    if [ -r /etc/os-release ]; then
        . /etc/os-release
        if [ -n "$VERSION_ID" ]; then echo "wci is Linux ($NAME $VERSION_ID)"; else echo "wci is Linux ($NAME)"; fi
    elif version=$(sw_vers -productVersion 2>/dev/null); then echo "wci is macOS $version"
    else echo "wci is $(uname -sr)"
    fi
    ;;
arch) echo "wci is $(uname -m)" ;;
memory)
    if [ -r /proc/meminfo ]; then
        while read -r name value rest; do
            if [ "$name" = MemTotal: ]; then echo "wci is $((value * 1024))"; fi
        done </proc/meminfo
    else echo "wci is $(sysctl -n hw.memsize 2>/dev/null)"
    fi
    ;;
disk)
    LC_ALL=C df -Pk / | {
        read -r head
        read -r name blocks used free rest
        echo "wci is $((free * 1024))"
    }
    ;;
esac
