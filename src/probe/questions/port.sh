# Whether $1 accepts connections on its port $2, within $3 seconds.
if command -v bash >/dev/null 2>&1; then
    said=$(LC_ALL=C bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1) && { echo 'wci open'; exit; }
    case $said in
    # This bash was built without.
    *'No such file or directory'*) ;;
    *) printf 'wci said %s\n' "$said"; exit ;;
    esac
fi
if command -v nc >/dev/null 2>&1; then
    said=$(LC_ALL=C nc -v -z -w "$3" -- "$1" "$2" </dev/null 2>&1) && { echo 'wci open'; exit; }
    case $said in
    # That of busybox knows fewer options.
    *'nvalid option'* | *'nrecognized option'* | *sage:*)
        said=$(LC_ALL=C nc -w "$3" "$1" "$2" </dev/null 2>&1) && { echo 'wci open'; exit; }
        ;;
    esac
    printf 'wci said %s\n' "$said"
else echo 'wci lacks'
fi
