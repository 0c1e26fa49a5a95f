package main

import "syscall"

// nobodyIn confines a process to a directory, as the image's user.
func nobodyIn(dir string) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
}
