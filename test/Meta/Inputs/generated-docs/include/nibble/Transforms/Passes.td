include "mlir/Pass/PassBase.td"

def FoldThingsPass : Pass<"nibble-fold-things"> {
  let summary = "fold things";
}
