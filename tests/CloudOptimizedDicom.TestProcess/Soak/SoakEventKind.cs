namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>What a process of a soak says.</summary>
internal enum SoakEventKind
{
    /// <summary>It begins to append the instances with these numbers.</summary>
    Append,

    /// <summary>It begins to append, and the library deletes the origins of what is stored.</summary>
    AppendAndDelete,

    /// <summary>It begins to remove the instances with these numbers.</summary>
    Remove,

    /// <summary>It begins to replace all instances by those with these numbers.</summary>
    Replace,

    /// <summary>It begins to set its field to this number.</summary>
    Edit,

    /// <summary>It begins to copy the series to the other datastore.</summary>
    Copy,

    /// <summary>The library has acknowledged what it began.</summary>
    Done,

    /// <summary>What it began failed with an error that is expected where locks are stolen and writers die.</summary>
    Refused,

    /// <summary>A reader opened a series and found these instances; the time is that before it opened it.</summary>
    Saw,

    /// <summary>Something that must never happen.</summary>
    Wrong,

    /// <summary>It has stopped until it is told to go on.</summary>
    Stalled,

    /// <summary>It has finished its round; the numbers are its steps of each kind and the instances it read.</summary>
    Finished,
}
