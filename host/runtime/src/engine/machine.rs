//! How much memory there is for this process: the machine's, or less where a container has a limit of its own.
//!
//! What cannot be found out is none: then a limit that suits most machines is what is left.

use std::fs;

/// The memory of the machine or of the container around this process, in bytes; none where the system does not say.
pub(super) fn memory_bytes() -> Option<usize> {
    let read = |path: &str| fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| total(&text));
    let container = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    least(machine, container)
}

fn least(machine: Option<usize>, container: Option<usize>) -> Option<usize> {
    [machine, container].into_iter().flatten().min()
}

/// Source: Linux, proc_meminfo(5): "MemTotal", in units of 1024 bytes whatever the "kB" says.
fn total(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_s_memory_is_read_as_the_kernel_writes_it() {
        assert_eq!(total("MemTotal:        8039292 kB\nMemFree:          123 kB\n"), Some(8_039_292 * 1024));
        for odd in ["", "MemFree: 1 kB", "MemTotal: kB", "MemTotal: 1 MB", "MemTotal: -1 kB"] {
            assert_eq!(total(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_container_has_its_own_limit_where_that_is_lower() {
        assert_eq!(least(Some(8), Some(2)), Some(2));
        assert_eq!(least(Some(8), None), Some(8));
        assert_eq!(least(None, Some(2)), Some(2));
        assert_eq!(least(None, None), None);
    }
}
