package stacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fargateSizes are the task sizes of Fargate on Linux, for X86_64 and ARM64 alike.
// Source: Amazon ECS Developer Guide, "Fargate task definition differences", table "Task CPU and memory".
var fargateSizes = []struct{ cpu, leastMiB, mostMiB, stepMiB int }{
	{256, 512, 2048, 0}, // 512, 1024 and 2048: no step
	{512, 1024, 4096, 1024},
	{1024, 2048, 8192, 1024},
	{2048, 4096, 16384, 1024},
	{4096, 8192, 30720, 1024},
	{8192, 16384, 61440, 4096},
	{16384, 32768, 122880, 8192},
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
	var memory []int
	for _, size := range fargateSizes {
		if size.cpu != cpu {
			continue
		}
		for mib := size.leastMiB; mib <= size.mostMiB; {
			memory = append(memory, mib)
			if size.stepMiB == 0 {
				mib *= 2
			} else {
				mib += size.stepMiB
			}
		}
	}
	return memory
}

func fargatePair(c Config) string {
	offered := fargateMemory(c.Task.CPU)
	if slices.Contains(offered, c.Task.MemoryMiB) {
		return ""
	}
	words := make([]string, len(offered))
	for i, mib := range offered {
		words[i] = strconv.Itoa(mib)
	}
	return fmt.Sprintf("with cpu %d choose memoryMiB among %s", c.Task.CPU, strings.Join(words, ", "))
}
