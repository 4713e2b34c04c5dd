namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Keeps the side file that was read last, since a listing asks for each many times in a row. Not thread-safe.</summary>
internal sealed class SideFileCache
{
    private string? _folder;
    private SideFile? _side;

    public SideFile Read(string folder)
    {
        if (_side is null || folder != _folder)
        {
            (_folder, _side) = (folder, SideFile.Read(folder));
        }

        return _side;
    }
}
