// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK-LABEL: @main
func.func @main(%x: memref<8xi8>, %y: memref<4xf32>) {
  // CHECK: nibble.launch @kernel tiles(14) (%{{.*}}, %{{.*}}) : memref<8xi8>, memref<4xf32>
  nibble.launch @kernel tiles(14) (%x, %y) : memref<8xi8>, memref<4xf32>
  // CHECK: nibble.launch @alone tiles(1) ()
  nibble.launch @alone tiles(1) ()
  return
}
func.func private @kernel(%tile: index, %x: memref<8xi8>, %y: memref<4xf32>) {
  return
}
func.func private @alone(%tile: index) {
  return
}
