//===- Progress.cpp ----------------------------------------------------------------------------------------===//

#include "nibble/Support/Progress.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

/// "12 s" or "3 min 05 s".
static std::string formatSeconds(double seconds) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  int64_t whole = static_cast<int64_t>(seconds + 0.5);
  if (whole >= 60)
    stream << whole / 60 << " min " << llvm::format("%02d s", static_cast<int>(whole % 60));
  else
    stream << whole << " s";
  return text;
}

Progress::Progress(llvm::StringRef label, int64_t total)
    : label(label), total(total), enabled(llvm::sys::Process::StandardErrIsDisplayed()), start(Clock::now()) {}

Progress::~Progress() {
  if (enabled)
    llvm::errs() << "\r\033[K";
}

void Progress::update(int64_t done, llvm::StringRef now) {
  Clock::time_point time = Clock::now();
  // A new kind of step is always shown: it may be a long one.
  if (!enabled || (done < total && now == what && time - lastDrawn < std::chrono::milliseconds(100)))
    return;
  lastDrawn = time;
  what = now;
  double elapsed = std::chrono::duration<double>(time - start).count();
  llvm::raw_ostream &out = llvm::errs();
  out << "\r\033[K" << label;
  if (total > 0) {
    constexpr int64_t width = 24;
    int64_t filled = width * done / total;
    out << " [" << std::string(filled, '#') << std::string(width - filled, ' ') << "] ";
    if (what.empty())
      out << done << "/" << total;
    else
      out << what;
    if (done > 0 && done < total)
      out << ", " << formatSeconds(elapsed / done * (total - done)) << " left";
  } else {
    out << " " << done << " (" << formatSeconds(elapsed) << ")";
  }
  out.flush();
}
