//===- Header.cpp - the C header of a program ---------------------------------------------------------===//

#include "Header.h"
#include "RuntimeBitcode.h"
#include "nibble/Runtime/Array.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace nibble;

namespace {

StringRef getCType(nibble_dtype dtype) {
  switch (dtype) {
  case NIBBLE_F32:
    return "float";
  case NIBBLE_F64:
    return "double";
  case NIBBLE_F16:
  case NIBBLE_BF16:
  case NIBBLE_U16:
    return "uint16_t";
  case NIBBLE_I8:
    return "int8_t";
  case NIBBLE_U8:
  case NIBBLE_BOOL:
    return "uint8_t";
  case NIBBLE_I16:
    return "int16_t";
  case NIBBLE_I32:
    return "int32_t";
  case NIBBLE_U32:
    return "uint32_t";
  case NIBBLE_I64:
    return "int64_t";
  case NIBBLE_U64:
    return "uint64_t";
  }
  llvm_unreachable("all types are named");
}

/// C identifiers for the tensors: their names with everything else replaced by '_', each one different from the others in
/// upper case too, and from the names that the header uses.
class Names {
public:
  Names() {
    // Parameters of ours, and the words of C and C++ that a model may well use.
    for (StringRef name :
         {"workspace", "parallel_for", "pool", "nthreads", "auto",   "bool",   "break",    "case",   "char",   "class",
          "const",     "continue",     "default", "delete", "do",    "double", "else",     "enum",   "extern", "false",
          "float",     "for",          "goto", "if", "inline",       "int",    "long",     "new",    "nullptr", "operator",
          "private",   "protected",    "public", "register", "restrict", "return", "short", "signed", "sizeof", "static",
          "struct",    "switch",       "template", "this", "true",   "typedef", "union",   "unsigned", "using", "virtual",
          "void",      "volatile",     "while", "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t",
          "uint64_t"})
      taken.insert(name.upper());
  }

  std::string add(StringRef name, StringRef role) {
    std::string identifier;
    for (char c : name)
      identifier.push_back(isAlnum(c) || c == '_' ? c : '_');
    // Identifiers that begin with an underscore belong to the compiler.
    if (identifier.empty() || isDigit(identifier.front()) || identifier.front() == '_')
      identifier = (role + "_" + identifier).str();
    std::string unique = identifier;
    for (unsigned number = 2; !taken.insert(StringRef(unique).upper()).second; ++number)
      unique = identifier + "_" + std::to_string(number);
    return unique;
  }

private:
  llvm::StringSet<> taken;
};

/// Text of the user's inside a comment.
std::string getCommentText(StringRef text) {
  std::string safe;
  for (char c : text) {
    bool endsComment = c == '/' && !safe.empty() && safe.back() == '*';
    bool beginsComment = c == '*' && !safe.empty() && safe.back() == '/';
    safe.push_back(endsComment || beginsComment || static_cast<unsigned char>(c) < ' ' ? '?' : c);
  }
  return safe;
}

class HeaderWriter {
public:
  HeaderWriter(const ProgramInfo &info, raw_ostream &os)
      : info(info), prefix(StringRef(info.model).upper()), os(os) {
    for (const InterfaceTensor &tensor : info.inputs)
      identifiers.push_back(names.add(tensor.name, "input"));
    for (const InterfaceTensor &tensor : info.outputs)
      identifiers.push_back(names.add(tensor.name, "output"));
  }

  void write(bool hasPool) {
    os << "/* The model '" << info.model << "', compiled by nibble. */\n\n";
    os << "#ifndef NIBBLE_MODEL_" << prefix << "_H\n#define NIBBLE_MODEL_" << prefix << "_H\n\n";
    os << getProgramHeader() << "\n#if NIBBLE_PROGRAM_VERSION != " << NIBBLE_PROGRAM_VERSION
       << "\n#error \"programs compiled by different versions of nibble cannot be used in one file\"\n#endif\n\n";
    os << "#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    writeConstants();
    writeRun();
    if (hasPool)
      writePool();
    os << "/* What the program says of itself. */\nextern const struct nibble_info " << info.model << "_info;\n\n";
    os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* NIBBLE_MODEL_" << prefix << "_H */\n";
  }

private:
  void forEachTensor(function_ref<void(const InterfaceTensor &, StringRef identifier, bool isInput)> visit) {
    for (size_t i = 0; i < identifiers.size(); ++i) {
      bool isInput = i < info.inputs.size();
      visit(isInput ? info.inputs[i] : info.outputs[i - info.inputs.size()], identifiers[i], isInput);
    }
  }

  void writeConstants() {
    forEachTensor([&](const InterfaceTensor &tensor, StringRef identifier, bool isInput) {
      std::string macro = prefix + "_" + identifier.upper();
      os << "/* " << (isInput ? "Input" : "Output") << " '" << getCommentText(tensor.name)
         << "': " << nibble_dtype_name(tensor.dtype);
      if (tensor.batchAxis)
        os << ", batch axis " << *tensor.batchAxis;
      if (tensor.quantization)
        os << llvm::format(", stands for (element - %d) * %.9g", tensor.quantization->zeroPoint, tensor.quantization->scale);
      os << ". */\n";
      os << "#define " << macro << "_RANK " << tensor.shape.size() << "\n";
      if (!tensor.shape.empty())
        os << "#define " << macro << "_SHAPE {" << join(map_range(tensor.shape, [](int64_t n) { return std::to_string(n); }), ", ")
           << "}\n";
      os << "#define " << macro << "_ELEMENTS " << tensor.getNumElements() << "\n";
      os << "#define " << macro << "_BYTES " << tensor.getSizeInBytes() << "\n\n";
    });
    os << "/* Bytes of the workspace, which may be null if there are none. */\n#define " << prefix << "_WORKSPACE_SIZE "
       << info.workspaceSizeInBytes << "\n#define " << prefix << "_WORKSPACE_ALIGNMENT NIBBLE_WORKSPACE_ALIGNMENT\n\n";
  }

  void writeParameters() {
    forEachTensor([&](const InterfaceTensor &tensor, StringRef identifier, bool isInput) {
      os << (isInput ? "const " : "") << getCType(tensor.dtype) << " *" << identifier << ", ";
    });
    os << "void *workspace";
  }

  void writeRun() {
    os << "/* Runs the program on the calling thread. Returns a nibble_status. */\nint " << info.model << "_run(";
    writeParameters();
    os << ");\n\n/* The same on up to nthreads threads: pieces of work are handed to parallel_for, with pool as its first "
          "argument. With\n   nthreads below 2 or without parallel_for, everything runs on the calling thread. */\nint "
       << info.model << "_run_parallel(";
    writeParameters();
    os << ",\n    nibble_parallel_for parallel_for, void *pool, int nthreads);\n\n";
  }

  void writePool() {
    os << "/* A pool of threads for run_parallel; null when it cannot be made. nthreads counts the calling thread. */\n"
       << "void *" << info.model << "_pool_create(int nthreads);\n"
       << "void " << info.model << "_pool_destroy(void *pool);\n"
       << "void " << info.model
       << "_pool_parallel_for(void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count);\n\n";
  }

  const ProgramInfo &info;
  std::string prefix;
  raw_ostream &os;
  Names names;
  SmallVector<std::string> identifiers;
};

} // namespace

std::string nibble::getHeaderText(const ProgramInfo &info, bool hasPool) {
  std::string text;
  raw_string_ostream stream(text);
  HeaderWriter(info, stream).write(hasPool);
  return text;
}
