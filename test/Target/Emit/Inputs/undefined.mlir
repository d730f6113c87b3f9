// Calls what no library has.
module attributes {nibble.model = "lonely"} {
  llvm.func @somebody_elses()
  llvm.func @main(%workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    llvm.call @somebody_elses() : () -> ()
    llvm.return
  }
}
