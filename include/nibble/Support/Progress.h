//===- Progress.h - progress of long steps on a terminal ---------------------------------------------------===//

#ifndef NIBBLE_SUPPORT_PROGRESS_H
#define NIBBLE_SUPPORT_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include <chrono>
#include <cstdint>
#include <string>

namespace nibble {

/// One line on standard error with a bar, what is done and an estimate of the time left, redrawn in place at most ten times a
/// second. Silent when standard error is not a terminal. The line is removed when the object goes.
class Progress {
public:
  /// `total` is the number of steps; 0 when it is not known (then there is no estimate).
  Progress(llvm::StringRef label, int64_t total);
  ~Progress();

  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// `done` steps are done. `what` is being done now; without it the line says how many steps are.
  void update(int64_t done, llvm::StringRef what = {});

private:
  using Clock = std::chrono::steady_clock;

  std::string label, what;
  int64_t total;
  bool enabled;
  Clock::time_point start, lastDrawn;
};

} // namespace nibble

#endif // NIBBLE_SUPPORT_PROGRESS_H
