//===- Npz.h - named arrays in .npz files --------------------------------------------------------------------------===//
//
// A zip archive of .npy files, stored or deflated. The only user of libzip.
//
//===--------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_DATA_NPZ_H
#define NIBBLE_DATA_NPZ_H

#include "nibble/Data/ArraySource.h"
#include <map>

namespace nibble::data {

/// The names of the arrays in a file, in its order.
llvm::Expected<std::vector<std::string>> getNpzNames(llvm::StringRef path);

/// Opens one array; elements are inflated as they are read. Errors begin with the path and the array's name.
llvm::Expected<std::unique_ptr<ArraySource>> openNpz(llvm::StringRef path, llvm::StringRef name);

/// Reads one whole array of at most maxBytesInMemory.
llvm::Expected<Array> readNpz(llvm::StringRef path, llvm::StringRef name);

/// Reads all arrays; together they are at most maxBytesInMemory.
llvm::Expected<std::map<std::string, Array>> readNpz(llvm::StringRef path);

/// Writes a file; nothing new is left at `path` when that fails.
llvm::Error writeNpz(llvm::StringRef path, const std::map<std::string, Array> &arrays);

} // namespace nibble::data

#endif // NIBBLE_DATA_NPZ_H
