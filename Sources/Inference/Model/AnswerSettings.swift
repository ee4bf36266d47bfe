// Everything between the network's output and the labels in an answer, with what decided it.

package import Onnx
package import Tensors

/// How the network's answer is read.
package struct AnswerSettings: Sendable, Equatable {
    /// The output with the scores, as the graph declares it.
    package let output: Resolved<String>
    /// The operator that is looked through to the scores, such as ZipMap.
    package let operation: String?
    /// The graph's other outputs.
    package let otherOutputs: [String]
    /// The type of the output's elements.
    package let element: ElementType
    /// For whole numbers that stand for others.
    package let quantization: Quantization?
    /// What is applied to the numbers.
    package let activation: Resolved<Activation>
    /// What the network answered when it was loaded.
    package let measured: Measurement
    /// How numbers become classes.
    package let form: Resolved<AnswerForm>
    /// The names of the classes.
    package let labels: Resolved<Labels>
    /// How many numbers the network answers for one picture.
    package let numbers: Int
    /// Its index among the engine's outputs.
    let outputIndex: Int

    /// The number of classes in an answer.
    package var classes: Int { form.value.classes(of: numbers) }
}
