# What curl, with these arguments, hears: first what it says about it, then the body.
if ! command -v curl >/dev/null 2>&1; then
    echo 'wci lacks'
    exit
fi
{
    body=$(
        {
            LC_ALL=C curl -q -s -S -v "$@" 2>&3
            echo "wci ended $?" >&3
        } | head -c 1048576 | wci_coded
    )
} 3>&1
printf '%s\n' "$body"
