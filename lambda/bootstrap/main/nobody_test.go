//go:build !linux

package main

import "syscall"

func nobodyIn(string) *syscall.SysProcAttr { return nil }
