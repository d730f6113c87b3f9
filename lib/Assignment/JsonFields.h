//===- JsonFields.h - what the files of this folder consist of ---------------------------------------------------------===//

#ifndef NIBBLE_LIB_ASSIGNMENT_JSONFIELDS_H
#define NIBBLE_LIB_ASSIGNMENT_JSONFIELDS_H

#include "nibble/Support/Json.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace nibble::assignment {

/// The members of one object of a file. Whatever is wrong is reported at its json::Path, the first of all; then `isValid` is false.
class JsonFields {
public:
  JsonFields(const llvm::json::Value &value, llvm::json::Path path);

  bool isValid() const { return valid; }
  bool has(llvm::StringLiteral key) const { return object && object->get(key); }

  /// Members that have to be there.
  void read(llvm::StringLiteral key, std::string &text);
  void read(llvm::StringLiteral key, bool &flag);
  /// A finite number of at least `least`.
  void read(llvm::StringLiteral key, double &number, double least);
  void read(llvm::StringLiteral key, int64_t &number, int64_t least);
  /// Calls `readElement` with each element of an array, or each member of an object, until it returns false.
  void readList(llvm::StringLiteral key, llvm::function_ref<bool(const llvm::json::Value &, llvm::json::Path)> readElement);
  void readMap(llvm::StringLiteral key,
               llvm::function_ref<bool(llvm::StringRef, const llvm::json::Value &, llvm::json::Path)> readMember);
  void readStrings(llvm::StringLiteral key, std::vector<std::string> &texts);

  /// Reads `format` and `version`, which have to be these.
  void expect(llvm::StringLiteral format, int64_t version);

  void fail(llvm::StringLiteral key, llvm::StringLiteral message);

private:
  const llvm::json::Value *get(llvm::StringLiteral key);

  const llvm::json::Object *object;
  llvm::json::Path path;
  bool valid = true;
};

/// Reads what a layer of any file has: `name`, which must not be one of `names` yet, `op` and `weights`.
template <typename Layer> void readLayerFields(JsonFields &fields, Layer &layer, llvm::StringSet<> &names) {
  fields.read("name", layer.name);
  fields.read("op", layer.op);
  fields.read("weights", layer.numWeights, 0);
  if (fields.isValid() && !names.insert(layer.name).second)
    fields.fail("name", "expected each layer once");
}

/// A file from its text. Errors begin with `source`, and name places below `root`.
template <typename File>
llvm::Expected<File> parseFile(llvm::StringRef text, llvm::StringRef source, llvm::StringRef root,
                               bool (*read)(const llvm::json::Value &, File &, llvm::json::Path)) {
  llvm::Expected<llvm::json::Value> value = nibble::parseJson(text, source);
  if (!value)
    return value.takeError();
  File file;
  llvm::json::Path::Root path(root);
  if (!read(*value, file, path))
    return llvm::createStringError(source + ": " + llvm::toString(path.getError()));
  return file;
}

/// The text of the file at `path`.
llvm::Expected<std::string> readText(llvm::StringRef path);

/// A string or number as JSON has it.
std::string toJson(llvm::json::Value value);

} // namespace nibble::assignment

#endif // NIBBLE_LIB_ASSIGNMENT_JSONFIELDS_H
