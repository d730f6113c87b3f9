//===- Emit.cpp - from a program in the LLVM dialect to files -----------------------------------------===//

#include "nibble/Target/Emit/Emit.h"
#include "CodeWriter.h"
#include "Header.h"
#include "Link.h"
#include "ProgramModule.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace nibble;

namespace {

/// Constants up to this size are part of the module; larger ones go into the file directly.
constexpr size_t maxConstantSizeInBytes = 64 * 1024;

/// The offsets of the code that reaches the weights have 32 bits.
constexpr size_t maxWeightsSizeInBytes = size_t(1) << 31;

class Emitter {
public:
  Emitter(const ProgramInfo &info, const EmitOptions &options, StringRef path) : info(info), options(options), path(path) {}

  Error emit(mlir::ModuleOp module) {
    if (Error error = check())
      return error;
    Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(options.machine);
    if (!machine)
      return machine.takeError();
    LLVMContext context;
    bool isLarge = info.weights.size() > maxConstantSizeInBytes;
    auto program = buildProgramModule(module, info, getEntryOptions(**machine),
                                      isLarge ? WeightsPlacement::Symbol : WeightsPlacement::Constant, **machine, context);
    if (!program)
      return program.takeError();
    if (Error error = isText() ? writeText(**program, **machine, isLarge) : writeBinary(**program, **machine))
      return error;
    return files.keep();
  }

private:
  bool isText() const { return isTextKind(options.kind); }
  bool isStandardOutput() const { return path == "-"; }
  bool isLibrary() const { return options.kind == EmitKind::StaticLibrary || options.kind == EmitKind::SharedLibrary; }

  Error check() const {
    if (isStandardOutput() && !isText())
      return createStringError("expected a file name for the output, got '-'");
    if (options.maxThreads < 0)
      return createStringError("expected at least 1 thread, got %d", options.maxThreads);
    if (info.weights.size() >= maxWeightsSizeInBytes)
      return createStringError("expected weights below 2 GiB, got %zu bytes", info.weights.size());
    return Error::success();
  }

  EntryOptions getEntryOptions(const TargetMachine &machine) const {
    EntryOptions entries;
    entries.maxThreads = options.maxThreads;
    entries.features = getRequiredFeatures(machine);
    entries.exportPool = isLibrary();
    entries.isExecutable = options.kind == EmitKind::Executable;
    return entries;
  }

  Error writeText(Module &program, TargetMachine &machine, bool hasWeightsFile) {
    std::string weightsPath = (path + ".weights").str();
    if (hasWeightsFile && isStandardOutput())
      return createStringError("expected a file name for the output, got '-': the weights (%zu bytes) are written beside it",
                               info.weights.size());
    StringRef weightsFile = sys::path::filename(weightsPath);
    if (hasWeightsFile)
      if (Error error = write(weightsPath, StringRef(info.weights.data(), info.weights.size())))
        return error;
    Expected<SmallString<0>> text = options.kind == EmitKind::Assembly ? getAssembly(program, info, weightsFile, machine)
                                                                       : getLLVMIR(program, info, weightsFile);
    if (!text)
      return text.takeError();
    if (!isStandardOutput())
      return write(path, *text);
    outs() << *text;
    outs().flush();
    return Error::success();
  }

  Error writeBinary(Module &program, TargetMachine &machine) {
    Expected<SmallString<0>> object = getObject(program, info, machine);
    if (!object)
      return object.takeError();
    if (options.kind != EmitKind::Executable) {
      SmallString<128> header(path);
      sys::path::replace_extension(header, "h");
      if (Error error = write(header, getHeaderText(info, isLibrary())))
        return error;
    }
    switch (options.kind) {
    case EmitKind::Object:
      return write(path, *object);
    case EmitKind::StaticLibrary:
      return writeThrough([&](StringRef temporary) { return writeArchive(*object, info.model + ".o", temporary); });
    case EmitKind::SharedLibrary:
      return link(*object, machine, linkSharedLibrary);
    default:
      return link(*object, machine, linkExecutable);
    }
  }

  Error write(StringRef filePath, StringRef content) { return files.write(filePath, content).takeError(); }

  /// Has the output written under its temporary name.
  Error writeThrough(function_ref<Error(StringRef temporary)> write) {
    Expected<std::string> temporary = files.add(path);
    return temporary ? write(*temporary) : temporary.takeError();
  }

  Error link(StringRef object, const TargetMachine &machine, Error (*linkFile)(const Triple &, StringRef, StringRef)) {
    OutputFiles scratch;
    SmallString<128> folder;
    sys::path::system_temp_directory(/*ErasedOnReboot=*/true, folder);
    sys::path::append(folder, info.model + ".o");
    Expected<std::string> objectPath = scratch.write(folder, object);
    if (!objectPath)
      return objectPath.takeError();
    return writeThrough([&](StringRef temporary) { return linkFile(machine.getTargetTriple(), *objectPath, temporary); });
  }

  const ProgramInfo &info;
  const EmitOptions &options;
  StringRef path;
  OutputFiles files;
};

} // namespace

std::optional<EmitKind> nibble::getEmitKind(StringRef name) {
  return StringSwitch<std::optional<EmitKind>>(name)
      .Case("exe", EmitKind::Executable)
      .Case("object", EmitKind::Object)
      .Case("static", EmitKind::StaticLibrary)
      .Case("shared", EmitKind::SharedLibrary)
      .Case("asm", EmitKind::Assembly)
      .Case("llvm", EmitKind::LLVMIR)
      .Default(std::nullopt);
}

Error nibble::emitProgram(mlir::ModuleOp module, const ProgramInfo &info, const EmitOptions &options, StringRef path) {
  return Emitter(info, options, path).emit(module);
}
