#!/bin/sh
# Start a push by name and print how it ended as JSON; nothing but the `temporal` command is needed.
#
#   push.sh COMPANY_ID CONNECTION_ID DATA_TYPE IDEMPOTENCY_KEY RECORD_FILE [TIMEOUT_IN_MINUTES]
#
# Run it twice: the same key is the same push. The record goes on its way byte for byte, so its
# numbers keep their digits. A key is text without " and \.
# Exit codes: 0 Success, 1 Failed, 2 no push request, 3 TimedOut, 4 Unknown, 5 no answer from
# Temporal: the push may be under way, so run it again.
set -eu

if [ $# -lt 5 ]; then
    sed -n '4p' "$0" >&2
    exit 2
fi
company=$(printf %s "$1" | tr A-F a-f) connection=$(printf %s "$2" | tr A-F a-f)
data_type=$3 key=$4 record=$5 minutes=${6:-}
case $data_type in accounts) data_type=chartOfAccounts ;; esac

# The id of a push is a uuid5: SHA-1 of a published namespace and the push's name.
name="$company/$connection/$data_type/create/$key"
hash=$({ printf '\133\017\034\016\157\156\133\154\232\123\175\037\074\037\012\021'
    printf %s "$name"; } | sha1sum)
variant=$(printf %x $(((0x$(printf %s "$hash" | cut -c17) & 3) | 8)))
id=$(printf %s "$hash" | sed "s/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\
\1-\2-5\3-$variant\4-\5/")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    printf '{"companyId":"%s","connectionId":"%s","dataType":"%s","idempotencyKey":"%s",' \
        "$company" "$connection" "$data_type" "$key"
    [ -z "$minutes" ] || printf '"timeoutInMinutes":%s,' "$minutes"
    printf '"data":'
    cat "$record"
    printf '}'
} > "$work/request.json"

# A push that exists already is joined: the server refuses a second one of that id. What it was
# started with must be what this script sends; a retry's record may have been mended.
temporal workflow start --type push --task-queue "${PUSH_TASK_QUEUE:-push}" \
    --workflow-id "push-$id" --id-reuse-policy RejectDuplicate --fail-existing \
    --input-file "$work/request.json" > "$work/started" 2>&1 || {
    grep -qi "already" "$work/started" || { cat "$work/started" >&2; exit 5; }
    temporal workflow show --workflow-id "push-$id" --output json --no-json-shorthand-payloads |
        sed -n 's/^ *"data": "\(.*\)",\{0,1\}$/\1/p' | head -n 1 | base64 -d > "$work/joined"
    [ -s "$work/joined" ] || exit 5
    grep -q '"retryOf"' "$work/joined" || cmp -s "$work/request.json" "$work/joined" || {
        echo "No push request: the key $key belongs to a push of another request." >&2
        exit 2
    }
}

# All four endings are data: the result of a success, the details of a failure.
temporal workflow result --workflow-id "push-$id" --output json --no-json-shorthand-payloads \
    > "$work/ended" 2> "$work/trouble" || true
sed -n 's/^ *"data": "\(.*\)",\{0,1\}$/\1/p' "$work/ended" | head -n 1 | base64 -d > "$work/outcome"
ending=$(sed -n -e 's/^  "status": "\(.*\)",$/\1/p' -e 's/^ *"type": "\(.*\)",$/\1/p' "$work/ended")
case $ending in
    COMPLETED) code=0 ;;
    FAILED*PushFailed) code=1 ;;
    FAILED*InvalidInput | FAILED*IdempotencyKeyConflict) code=2 ;;
    FAILED*PushTimedOut) code=3 ;;
    "") cat "$work/trouble" >&2 && exit 5 ;;
    *) code=4 ;;
esac
if [ -s "$work/outcome" ]; then
    cat "$work/outcome"
    echo
elif [ "$code" -eq 2 ]; then
    sed -n 's/^ *"message": "\(.*\)",$/\1/p' "$work/ended" >&2
else
    echo '{"status":"Unknown","message":"The push was ended from outside."}'
fi
exit "$code"
