//===- LoadedProgram.cpp - programs out of shared libraries -------------------------------------------===//

#include "nibble/Execution/Program.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"
#include <dlfcn.h>

using namespace llvm;
using namespace nibble;

/// The name of the one symbol that ends with "_info" and has the entry points beside it. Reading the file rather than asking
/// dlsym finds it without knowing the model's name, and refuses other files before any code of theirs runs.
static Expected<std::string> findInfoSymbol(StringRef path) {
  Expected<object::OwningBinary<object::ObjectFile>> file = object::ObjectFile::createObjectFile(path);
  if (!file)
    return createStringError("%s: expected a shared library: %s", path.str().c_str(), toString(file.takeError()).c_str());
  auto *elf = dyn_cast<object::ELFObjectFileBase>(file->getBinary());
  if (!elf || elf->getEType() != ELF::ET_DYN)
    return createStringError("%s: expected a shared library", path.str().c_str());
  llvm::StringSet<> names;
  for (const object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    Expected<StringRef> name = symbol.getName();
    if (name)
      names.insert(*name);
    else
      consumeError(name.takeError());
  }
  SmallVector<std::string> found;
  for (const auto &entry : names) {
    StringRef model = entry.first();
    if (model.consume_back("_info") && names.contains((model + "_run").str()) && names.contains((model + "_run_parallel").str()))
      found.push_back(entry.first().str());
  }
  if (found.size() != 1)
    return createStringError("%s: expected a library with one compiled model, got %zu", path.str().c_str(), found.size());
  return found.front();
}

namespace {

class LoadedProgram : public Program {
public:
  static Expected<std::unique_ptr<Program>> load(StringRef path) {
    Expected<std::string> symbol = findInfoSymbol(path);
    if (!symbol)
      return symbol.takeError();
    // Without a slash dlopen would search the system's folders.
    std::string name = path.contains('/') ? path.str() : "./" + path.str();
    std::unique_ptr<LoadedProgram> program(new LoadedProgram);
    program->library.reset(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!program->library)
      return createStringError("%s", dlerror());
    const void *info = dlsym(program->library.get(), symbol->c_str());
    if (!info)
      return createStringError("%s: %s", path.str().c_str(), dlerror());
    if (Error error = program->initialize(static_cast<const nibble_info *>(info)))
      return createStringError("%s: %s", path.str().c_str(), toString(std::move(error)).c_str());
    return program;
  }

private:
  struct Close {
    void operator()(void *handle) const { dlclose(handle); }
  };
  std::unique_ptr<void, Close> library;
};

} // namespace

Expected<std::unique_ptr<Program>> Program::load(StringRef path) { return LoadedProgram::load(path); }
