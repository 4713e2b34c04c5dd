namespace CloudOptimizedDicom.Testing.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The answer is an error; nothing is done.</summary>
    Refuse,

    /// <summary>The connection ends without an answer; nothing is done.</summary>
    DropBefore,

    /// <summary>The connection ends without an answer; what was asked is done.</summary>
    DropAfter,

    /// <summary>The connection ends within the body of the request, as if the sender had gone away.</summary>
    CutRequest,

    /// <summary>The connection ends within the body of the answer; what was asked is done.</summary>
    CutResponse,

    /// <summary>The request is carried out later, by the clock of the emulator.</summary>
    Delay,
}
