//===- OutputFiles.h - files that appear together or not at all ---------------------------------------===//

#ifndef NIBBLE_SUPPORT_OUTPUTFILES_H
#define NIBBLE_SUPPORT_OUTPUTFILES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace nibble {

/// Files under temporary names in their final folders, renamed by `keep`. What is not kept is removed, also when the process is
/// ended by a signal.
class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;
  ~OutputFiles();

  /// Makes an empty file that shall be `path`, and returns its temporary name.
  llvm::Expected<std::string> add(llvm::StringRef path);

  /// Writes a file that shall be `path`, and returns its temporary name.
  llvm::Expected<std::string> write(llvm::StringRef path, llvm::StringRef content);

  /// Gives all files their names.
  llvm::Error keep();

private:
  struct File {
    std::string path, temporary;
  };
  llvm::SmallVector<File> files;
};

/// Writes one file, whole or not at all.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef content);

/// What can be known before there is something to write: the folder is there, and `path` is no folder itself.
llvm::Error checkOutputPath(llvm::StringRef path);

} // namespace nibble

#endif // NIBBLE_SUPPORT_OUTPUTFILES_H
