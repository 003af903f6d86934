#!/bin/sh
# Links the Reelsmith nodes of the image into n8n's folder of community packages, then starts n8n as its image does.
#
# At every start, because that folder lies on the user's volume: an older image's nodes would stay there. As n8n's own
# user and not by a mount, because Docker makes the folders of a mount as root, and n8n could not write beside it.
set -eu

packages="$HOME/.n8n/nodes/node_modules"
nodes="$packages/n8n-nodes-reelsmith"
mkdir -p "$packages"
# A real folder was installed in n8n under Settings, Community nodes: the user's own choice of version stays.
if [ -L "$nodes" ] || [ ! -e "$nodes" ]; then
	ln -sfn /opt/n8n-nodes-reelsmith "$nodes"
fi
exec /docker-entrypoint.sh "$@"
