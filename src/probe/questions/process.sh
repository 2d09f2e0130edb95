# Every process there is. Those of this question's own group, which is told first, do not count.
if [ -r /proc/self/stat ]; then
    read -r pid name state parent group rest </proc/self/stat
    echo "wci proc $group"
    cat /proc/[0-9]*/stat 2>/dev/null
    ls -l /proc/[0-9]*/exe 2>/dev/null
else
    echo "wci ps $(ps -o pgid= -p $$)"
    LC_ALL=C ps -A -o pgid= -o stat= -o comm=
fi
