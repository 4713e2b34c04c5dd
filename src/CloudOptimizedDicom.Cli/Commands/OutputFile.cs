namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What a command was told to write to.</summary>
internal static class OutputFile
{
    /// <summary>Writes to standard output for <c>-</c>, else to a file that gets its name only when all is in it.</summary>
    public static async Task WriteAsync(string output, Func<Stream, Task> write)
    {
        if (output == "-")
        {
            await using Stream standardOutput = Console.OpenStandardOutput();
            await write(standardOutput);
            return;
        }

        // A device such as /dev/null must not be replaced by a file.
        if (output.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(output))
        {
            await using FileStream device = File.OpenWrite(output);
            await write(device);
            return;
        }

        string partial = $"{output}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (FileStream file = File.Create(partial))
            {
                await write(file);
            }

            File.Move(partial, output, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
