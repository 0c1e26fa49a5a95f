package stacks

import (
	"fmt"
	"slices"
)

// fargateSizes are the task sizes of Fargate on Linux, for X86_64 and ARM64 alike.
// Source: Amazon ECS Developer Guide, "Fargate task definition differences", table "Task CPU and memory".
var fargateSizes = []struct {
	cpu       int
	memoryMiB []int
}{
	{256, []int{512, 1024, 2048}},
	{512, steps(1024, 4096, 1024)},
	{1024, steps(2048, 8192, 1024)},
	{2048, steps(4096, 16384, 1024)},
	{4096, steps(8192, 30720, 1024)},
	{8192, steps(16384, 61440, 4096)},
	{16384, steps(32768, 122880, 8192)},
}

func steps(least, most, step int) []int {
	var all []int
	for n := least; n <= most; n += step {
		all = append(all, n)
	}
	return all
}

func fargateCPUs() []int {
	var cpus []int
	for _, size := range fargateSizes {
		cpus = append(cpus, size.cpu)
	}
	return cpus
}

// fargateMemory returns what Fargate offers with that CPU, in MiB.
func fargateMemory(cpu int) []int {
	at := slices.Index(fargateCPUs(), cpu)
	return fargateSizes[at].memoryMiB
}

func fargatePair(c Config) string {
	offered := fargateMemory(c.Task.CPU)
	if slices.Contains(offered, c.Task.MemoryMiB) {
		return ""
	}
	return fmt.Sprintf("with cpu %d choose memoryMiB among %s", c.Task.CPU, joined(offered))
}
