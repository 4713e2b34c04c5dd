namespace CloudOptimizedDicom;

/// <summary>What a series' metadata has of one instance cannot be used: a member is missing, or not what it should be.</summary>
public sealed class InstanceMetadataException : CodException
{
    internal InstanceMetadataException(string instanceUid, string member, string reason, Exception? innerException = null)
        : base($"The metadata of instance \"{ShownText.Name(instanceUid)}\" cannot be used: {member} {reason}.", innerException)
    {
        InstanceUid = instanceUid;
        Member = member;
        Reason = reason;
    }

    /// <summary>The UID that the instance is stored under.</summary>
    public string InstanceUid { get; }

    /// <summary>The member of the instance's record, such as <c>headers.start_byte</c>.</summary>
    public string Member { get; }

    /// <summary>What is wrong with it, as the rest of a sentence that begins with the member.</summary>
    public string Reason { get; }
}
