#!/bin/sh
# The other manager: an app that wants its job restarted whatever happens, and looks at its plist every second.
# usage: rival.sh PLIST
set -eu
plist=$1
while :; do
  if grep -q SuccessfulExit "$plist"; then
    sed '/<key>KeepAlive<\/key>/,/<\/dict>/c\
	<key>KeepAlive</key>\
	<true/>
' "$plist" > "$plist.new"
    # Renamed, as good installers do: nobody ever reads half a plist.
    mv "$plist.new" "$plist"
    # On a Mac it would also say: launchctl kickstart -k gui/$(id -u)/com.example.two-managers.gateway
  fi
  sleep 1
done
