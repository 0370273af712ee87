#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace wsgw::bench {

/// CPU time of a process, all its threads, since its start. Includes the
/// network stack's work that ran in its context.
struct cpu_time {
  std::int64_t total_ns = 0; ///< exact, from schedstat
  std::int64_t user_ns = 0;  ///< sampled by the kernel's tick
  std::int64_t kernel_ns = 0;
};

/// Empty when there is no such process.
std::optional<cpu_time> cpu_of(pid_t pid);

/// Resident memory in bytes; empty when there is no such process.
std::optional<std::int64_t> resident_bytes(pid_t pid);

/// CPU time that all of the machine spent busy, and what a hypervisor took.
struct machine_time {
  std::int64_t busy_ns = 0;
  std::int64_t stolen_ns = 0;
};
machine_time cpu_of_machine();

/// Binds the calling thread to one CPU; false when that is not possible.
bool pin_to(int cpu);

} // namespace wsgw::bench
