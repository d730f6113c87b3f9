//===- TemporaryFile.h - a file that goes with its object -------------------------------------------------===//

#ifndef NIBBLE_SUPPORT_TEMPORARYFILE_H
#define NIBBLE_SUPPORT_TEMPORARYFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace nibble {

/// A file in the system's folder for temporary ones. Removed when the object goes, also when the process is ended by a signal.
class TemporaryFile {
public:
  TemporaryFile() = default;
  TemporaryFile(TemporaryFile &&other) { *this = std::move(other); }
  TemporaryFile &operator=(TemporaryFile &&other) {
    std::swap(path, other.path);
    return *this;
  }
  ~TemporaryFile();

  /// A file with this content, called `<prefix>-<anything>.<extension>`.
  static llvm::Expected<TemporaryFile> create(llvm::StringRef prefix, llvm::StringRef extension, llvm::StringRef content = "");

  /// Empty for an object that no file belongs to.
  const std::string &getPath() const { return path; }

private:
  std::string path;
};

} // namespace nibble

#endif // NIBBLE_SUPPORT_TEMPORARYFILE_H
