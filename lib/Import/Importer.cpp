//===- Importer.cpp - the list of importers ----------------------------------------------------------===//

#include "nibble/Import/Importer.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace nibble;

namespace nibble {
#define NIBBLE_IMPORTER(Format) std::unique_ptr<Importer> create##Format##Importer();
#include "nibble/Import/Importers.def"
} // namespace nibble

ArrayRef<std::unique_ptr<Importer>> nibble::getImporters() {
  static const auto importers = [] {
    std::vector<std::unique_ptr<Importer>> list;
#define NIBBLE_IMPORTER(Format) list.push_back(create##Format##Importer());
#include "nibble/Import/Importers.def"
    return list;
  }();
  return importers;
}

FailureOr<OwningOpRef<ModuleOp>> nibble::importModel(StringRef path, const ImportOptions &options,
                                                     MLIRContext *context) {
  constexpr uint64_t numMagicBytes = 16;
  auto head = llvm::MemoryBuffer::getFileSlice(path, numMagicBytes, /*Offset=*/0);
  if (!head)
    return emitError(UnknownLoc::get(context)) << path << ": " << head.getError().message();
  for (const std::unique_ptr<Importer> &importer : getImporters())
    if (importer->matches(path, (*head)->getBuffer()))
      return importer->import(path, options, context);
  std::string names = llvm::join(
      llvm::map_range(getImporters(), [](const auto &importer) { return importer->getName(); }), ", ");
  return emitError(UnknownLoc::get(context)) << path << ": expected a model file (" << names << ")";
}
