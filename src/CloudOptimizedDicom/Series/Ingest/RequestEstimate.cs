namespace CloudOptimizedDicom;

/// <summary>
/// What work costs at Cloud Storage, counted as it is charged: an upload is one request of class A, however many parts it has.
/// </summary>
/// <param name="ClassA">Requests that write or list.</param>
/// <param name="ClassB">Requests that read.</param>
/// <param name="Free">Requests that are not charged: deletions.</param>
/// <param name="BytesDown">Bytes of objects that come down.</param>
/// <param name="BytesUp">Bytes of archives that go up. Locks, indexes and metadata, which depend on the tags, come on top.</param>
public readonly record struct RequestEstimate(long ClassA = 0, long ClassB = 0, long Free = 0, long BytesDown = 0, long BytesUp = 0)
{
    /// <summary>All requests.</summary>
    public long Requests => ClassA + ClassB + Free;

    /// <summary>The costs of two pieces of work.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum.</returns>
    public static RequestEstimate operator +(RequestEstimate left, RequestEstimate right) => Add(left, right);

    /// <inheritdoc cref="op_Addition"/>
    public static RequestEstimate Add(RequestEstimate left, RequestEstimate right) => new(
        left.ClassA + right.ClassA,
        left.ClassB + right.ClassB,
        left.Free + right.Free,
        left.BytesDown + right.BytesDown,
        left.BytesUp + right.BytesUp);
}
