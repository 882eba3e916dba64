# Runs a program as an unprivileged user who sees only the loopback interface, the processes of this box, and of the
# files of this machine those of its programs. Arguments: the project, the command lines, the folder of the results,
# the program `node`, and what it is to run. Runs as root in namespaces of its own: nothing of it outlives the box.
set -e
project=$1 clis=$2 results=$3 node=$4; shift 4
ip link set lo up
box=/mnt
mount -t tmpfs -o mode=755 tmpfs $box
mkdir $box/project $box/clis $box/results
touch $box/node $box/passwd $box/group
mount --bind "$project" $box/project
mount -o remount,ro,bind $box/project
mount --bind "$clis" $box/clis
mount -o remount,ro,bind $box/clis
mount --bind "$results" $box/results
mount --bind "$node" $box/node
# Programs look up who they are.
echo 'root:x:0:0:root:/root:/bin/sh
user:x:1000:1000:user:/mnt/results:/bin/sh' >$box/passwd
echo 'root:x:0:
user:x:1000:' >$box/group
mount --bind $box/passwd /etc/passwd
mount --bind $box/group /etc/group
mount -t tmpfs -o mode=1777 tmpfs /tmp
chown 1000:1000 $box/results
cd $box/results
setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs \
  env -i PATH=/usr/bin:/bin HOME=$box/results LANG=C.UTF-8 $box/node "$@"
