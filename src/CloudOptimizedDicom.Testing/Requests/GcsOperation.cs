namespace CloudOptimizedDicom.Testing.Requests;

/// <summary>What a request asks for.</summary>
public enum GcsOperation
{
    /// <summary>Something that the emulator does not know.</summary>
    Other,

    /// <summary>The description of an object.</summary>
    Get,

    /// <summary>The bytes of an object.</summary>
    Media,

    /// <summary>An upload in one request.</summary>
    Insert,

    /// <summary>The start of a resumable upload.</summary>
    SessionStart,

    /// <summary>Bytes of a resumable upload, the last of which make the object.</summary>
    SessionData,

    /// <summary>The question how far a resumable upload is.</summary>
    SessionStatus,

    /// <summary>The end of a resumable upload that makes no object.</summary>
    SessionCancel,

    /// <summary>The deletion of an object.</summary>
    Delete,

    /// <summary>A page of names.</summary>
    List,

    /// <summary>A copy within the store, by either method.</summary>
    Rewrite,

    /// <summary>A change of attributes.</summary>
    Patch,

    /// <summary>The description of a bucket.</summary>
    BucketGet,

    /// <summary>The names of the buckets.</summary>
    BucketList,

    /// <summary>A new bucket.</summary>
    BucketInsert,
}
