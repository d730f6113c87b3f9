//===- Importer.h - model files to the program after import -----------------------------------------===//
//
// An importer turns a file of one format into the module that docs/Architecture.md calls "After import". It lives in
// lib/Import/<Format>, the only folder that knows the format and its library, and is one line of Importers.def.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_IMPORT_IMPORTER_H
#define NIBBLE_IMPORT_IMPORTER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <memory>

namespace nibble {

struct ImportOptions {
  /// Sizes of symbolic dimensions by their name in the file. A dimension without a name is called `<input>:<axis>`. The
  /// leading symbolic dimension of an input is the batch, which is 1 unless bound here, by its own name or as "batch".
  llvm::StringMap<int64_t> dims;
  /// Weights of the file that shall be constants of the module under their own name, location and type, whatever is done
  /// with them: they are to be replaced. None when it is not set.
  std::function<bool(llvm::StringRef)> keepsWeight;
};

class Importer {
public:
  virtual ~Importer() = default;

  /// The name in Importers.def and of the option `--import-<name>`.
  virtual llvm::StringRef getName() const = 0;

  /// Whether a file is of this format, by its name and its first bytes (up to 16, fewer when it is shorter).
  virtual bool matches(llvm::StringRef path, llvm::StringRef magic) const = 0;

  /// Reads the file at `path`. Loads the dialects it needs. On failure every problem found has been emitted as an error
  /// that starts with the path; the module is verified.
  virtual mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> import(llvm::StringRef path, const ImportOptions &options,
                                                                    mlir::MLIRContext *context) const = 0;
};

/// Every importer of Importers.def, in its order.
mlir::ArrayRef<std::unique_ptr<Importer>> getImporters();

/// Imports `path` with the first importer that matches it; an error names the known formats when none does.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> importModel(llvm::StringRef path, const ImportOptions &options,
                                                               mlir::MLIRContext *context);

} // namespace nibble

#endif // NIBBLE_IMPORT_IMPORTER_H
