// For host functions that wait: whether they should stop.
#pragma once

namespace wcomp::runtime {

/// Whether the guest that runs on this thread (the innermost, where host functions run another) was asked to stop by `interrupt`. False where
/// none runs. A host function that waits asks from time to time and ends the guest with the trap `interrupted`.
[[nodiscard]] bool guest_is_interrupted();
/// Whether a guest runs on this thread at all.
[[nodiscard]] bool guest_is_running();

}  // namespace wcomp::runtime
