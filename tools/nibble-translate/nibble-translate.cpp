//===- nibble-translate.cpp - model files to MLIR ----------------------------------------------------===//
//
// Behaves like mlir-translate, with one --import-<format> for each importer.
//
//===----------------------------------------------------------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Import/Importer.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllTranslations.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace nibble;

static llvm::cl::list<std::string> dimOptions("dim", llvm::cl::value_desc("name=size"),
                                              llvm::cl::desc("Size of a symbolic dimension of the model's inputs"));

/// The bindings of --dim; failure after an error for each that is malformed.
static FailureOr<ImportOptions> parseOptions(MLIRContext *context) {
  ImportOptions options;
  bool isValid = true;
  for (StringRef option : dimOptions) {
    auto [name, text] = option.rsplit('=');
    int64_t size;
    if (!name.empty() && !text.getAsInteger(10, size) && size >= 0) {
      options.dims[name] = size;
      continue;
    }
    (void)(emitError(UnknownLoc::get(context)) << "--dim: expected name=size, got '" << option << "'");
    isValid = false;
  }
  if (!isValid)
    return failure();
  return options;
}

static void registerImporters() {
  for (const std::unique_ptr<Importer> &importer : getImporters()) {
    // The importer opens the file itself, since weights may lie beside it.
    auto import = [&importer](const std::shared_ptr<llvm::SourceMgr> &source,
                              MLIRContext *context) -> OwningOpRef<Operation *> {
      FailureOr<ImportOptions> options = parseOptions(context);
      if (failed(options))
        return {};
      StringRef path = source->getMemoryBuffer(source->getMainFileID())->getBufferIdentifier();
      FailureOr<OwningOpRef<ModuleOp>> module = importer->import(path, *options, context);
      return succeeded(module) ? OwningOpRef<Operation *>(module->release()) : OwningOpRef<Operation *>();
    };
    std::string name = "import-" + importer->getName().str();
    TranslateToMLIRRegistration registration(name, "import a model of the format " + importer->getName().str(), import,
                                             [](DialectRegistry &registry) { registry.insert<NibbleDialect>(); });
  }
}

int main(int argc, char **argv) {
  registerAllTranslations();
  registerImporters();
  return failed(mlirTranslateMain(argc, argv, "nibble translation tool"));
}
