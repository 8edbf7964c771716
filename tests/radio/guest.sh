#!/usr/bin/env bash
# Runs as the guest's first process, on this machine's files: mounts what a system has, and carries out the orders. Called by init.
work=$1
modules='' lab='' orders=()
# shellcheck source=/dev/null
. "$work/orders"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export BARID_RADIO_WORK=$work PYTHONDONTWRITEBYTECODE=1

mount -t tmpfs tmpfs /run
mkdir -p /run/lock /dev/pts /dev/shm /lib/modules /var/lib/bluetooth
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /var/lib/bluetooth
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t debugfs debugfs /sys/kernel/debug
mount --bind "$modules" /lib/modules
hostname radio-lab-host
ip link set lo up
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
python3 "$lab/lab.py" "${orders[@]}"
echo $? >"$work/status"
sync
# Some output may still be on its way through the serial line.
sleep 0.3
exec 2>/dev/null
echo o >/proc/sysrq-trigger
sleep 30
