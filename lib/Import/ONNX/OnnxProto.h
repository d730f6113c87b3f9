//===- OnnxProto.h - the messages of an ONNX file ----------------------------------------------------===//
//
// The distribution's generated header, with the macros that its library was built with.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_ONNXPROTO_H
#define NIBBLE_LIB_IMPORT_ONNX_ONNXPROTO_H

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_API
#define ONNX_API
#endif

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <onnx/onnx-ml.pb.h>
#pragma clang diagnostic pop

#endif // NIBBLE_LIB_IMPORT_ONNX_ONNXPROTO_H
