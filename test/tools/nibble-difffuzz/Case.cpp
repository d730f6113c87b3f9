//===- Case.cpp - one random program, or several in one -----------------------------------------------===//

#include "Case.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace nibble::difffuzz;

std::vector<Case> nibble::difffuzz::getCases(llvm::ArrayRef<Cell> cells, uint64_t seed, uint64_t index, unsigned numCopies) {
  // Neighbours in the list are alike; a step that has no common divisor with their number meets all of them.
  uint64_t step = cells.size() * 5 / 8;
  while (std::gcd(step, cells.size()) != 1)
    ++step;
  std::vector<Case> cases = {{seed, index, 0, cells[index * step % cells.size()]}};
  for (uint64_t copy = 1; copy < numCopies && !cases.front().hasInputs(); ++copy)
    cases.push_back({seed, index, copy, cases.front().cell});
  return cases;
}

static void writeCase(const Cell &cell, Writer &writer) {
  auto write = llvm::StringSwitch<void (*)(const Cell &, Writer &)>(cell.op)
                   .Cases({"quantize", "dequantize", "requantize", "dynamic"}, writeConversion)
                   .Case("elementwise", writeElementwise)
                   .Case("pool", writePool)
                   .Case("decode", writeDecoding)
                   .Default(writeContraction);
  write(cell, writer);
}

std::string nibble::difffuzz::getModuleText(llvm::ArrayRef<Case> cases) {
  std::vector<std::string> arguments, results, types;
  std::set<std::string> declarations;
  std::string body;
  for (auto [number, drawn] : llvm::enumerate(cases)) {
    // Seeds of neighbouring cases differ in many bits.
    Writer writer("c" + std::to_string(number) + "_", (drawn.seed + 1) * 0x9e3779b97f4a7c15 ^ (drawn.index * 64 + drawn.copy) * 0xbf58476d1ce4e5b9);
    writeCase(drawn.cell, writer);
    arguments.insert(arguments.end(), writer.arguments.begin(), writer.arguments.end());
    declarations.insert(writer.declarations.begin(), writer.declarations.end());
    body += writer.body;
    results.push_back(writer.result);
    types.push_back(writer.resultType);
  }
  return llvm::formatv("module attributes {{nibble.model = \"difffuzz\", nibble.phase = \"fuse\"} {{\n"
                       "{0}  func.func @main({1}) -> ({2}) {{\n{3}    return {4} : {2}\n  }\n}\n",
                       llvm::join(declarations, ""), llvm::join(arguments, ", "), llvm::join(types, ", "), body, llvm::join(results, ", "))
      .str();
}
