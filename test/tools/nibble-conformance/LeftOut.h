//===- LeftOut.h - the cases that are known not to pass, with reasons ---------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_CONFORMANCE_LEFTOUT_H
#define NIBBLE_TEST_TOOLS_CONFORMANCE_LEFTOUT_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nibble::conformance {

/// The list of a text file: `[reason]` on a line of its own, then the names of the cases that are left out for it, one a line.
/// `#` begins a comment.
class LeftOut {
public:
  /// Errors have path and line: a name without a reason, or listed twice.
  static llvm::Expected<LeftOut> read(llvm::StringRef path);

  /// The reason why a case is left out; nothing when it is not.
  std::optional<llvm::StringRef> findReason(llvm::StringRef name) const;
  llvm::ArrayRef<std::string> getReasons() const { return reasons; }
  /// Names in the order of the file.
  llvm::ArrayRef<std::string> getNames() const { return names; }

private:
  std::vector<std::string> reasons, names;
  llvm::StringMap<size_t> reasonOf;
};

} // namespace nibble::conformance

#endif // NIBBLE_TEST_TOOLS_CONFORMANCE_LEFTOUT_H
