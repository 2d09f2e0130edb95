# Bytes as text that every way takes.
wci_coded() {
    if command -v base64 >/dev/null 2>&1; then echo 'wci base64'; base64
    else echo 'wci hex'; od -An -v -tx1
    fi
}
